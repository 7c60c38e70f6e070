import { ErrorBoundary, lazy, LocationProvider, Route, Router } from 'preact-iso'
import { useEffect } from 'preact/hooks'
import { HostHeader } from './components/host-header.tsx'
import { Loading } from './components/loading.tsx'
import { Notices } from './components/notices.tsx'
import { readSession, user } from './session.ts'
import { SignInPage } from './sign-in-page.tsx'
import { useLoad } from './use-load.ts'

const RoomsPage = lazy(async () => (await import('./rooms-page.tsx')).RoomsPage)
const RoomPollsPage = lazy(async () => (await import('./room-polls-page.tsx')).RoomPollsPage)
const NewPollPage = lazy(async () => (await import('./poll-editor-page.tsx')).NewPollPage)
const EditPollPage = lazy(async () => (await import('./poll-editor-page.tsx')).EditPollPage)
const PollPage = lazy(async () => (await import('./poll-page.tsx')).PollPage)

const StagePage = lazy(async () => (await import('./stage-page.tsx')).StagePage)
const QuestionsPage = lazy(async () => (await import('./questions-page.tsx')).QuestionsPage)
const PeoplePage = lazy(async () => (await import('./people-page.tsx')).PeoplePage)
const SettingsPage = lazy(async () => (await import('./settings-page.tsx')).SettingsPage)
const AccountPage = lazy(async () => (await import('./account-page.tsx')).AccountPage)
const AdminPage = lazy(async () => (await import('./admin-page.tsx')).AdminPage)

/** The pages of people who manage rooms. Each is loaded when it is gone to. */
export function HostApp () {
  const session = useLoad(readSession, [])
  if (user.value === undefined) return <main class='narrow'><Loading of={session} /></main>
  return (
    <>
      {user.value === null ? <SignInPage /> : <SignedIn />}
      <Notices />
    </>
  )
}

function SignedIn () {
  return (
    <LocationProvider scope='/host'>
      <HostHeader />
      <ErrorBoundary>
        <Router onRouteChange={focusHeading}>
          <Route path='/host' component={RoomsPage} />
          <Route path='/host/rooms/:roomId' component={RoomPollsPage} />
          <Route path='/host/rooms/:roomId/stage' component={StagePage} />
          <Route path='/host/rooms/:roomId/questions' component={QuestionsPage} />
          <Route path='/host/rooms/:roomId/people' component={PeoplePage} />
          <Route path='/host/rooms/:roomId/settings' component={SettingsPage} />
          <Route path='/host/account' component={AccountPage} />
          <Route path='/host/admin' component={AdminPage} />
          <Route path='/host/polls/new' component={NewPollPage} />
          <Route path='/host/polls/:pollId/edit' component={EditPollPage} />
          <Route path='/host/polls/:pollId' component={PollPage} />
          <Route default component={UnknownPage} />
        </Router>
      </ErrorBoundary>
    </LocationProvider>
  )
}

/** Who reads by ear is taken to the new page, as a browser does after a click on a link. */
function focusHeading () {
  requestAnimationFrame(() => { document.querySelector<HTMLElement>('main h1')?.focus() })
}

function UnknownPage () {
  useEffect(() => { location.replace('/host') }, [])
  return null
}
