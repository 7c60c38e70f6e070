import '../styles/host-rooms.css'
import { Jobs } from './admin/jobs.tsx'
import { Users } from './admin/users.tsx'
import { t } from './text.ts'
import { usePageTitle } from './use-page-title.ts'

/** Of the whole server, for its admins; the server refuses everybody else. */
export function AdminPage () {
  usePageTitle(t('administration'))
  return (
    <main class='host-page'>
      <h1 tabIndex={-1}>{t('administration')}</h1>
      <Users />
      <Jobs />
    </main>
  )
}
