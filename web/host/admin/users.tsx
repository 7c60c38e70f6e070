import type { ManagedUser } from '../../../server/protocol/identity.ts'
import { ActionButton } from '../components/action-button.tsx'
import { Loading } from '../components/loading.tsx'
import { Moment, momentText } from '../components/moment.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { notify } from '../components/notices.tsx'
import { client, user } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'

/** The accounts of this server, newest first. */
export function Users () {
  const users = usePages((cursor) => client.admin.users(cursor === undefined ? {} : { cursor }), [])

  async function setLocked (account: ManagedUser, isLocked: boolean) {
    const changed = await client.admin.setDisabled(account.id, isLocked)
    if (users.data !== undefined) users.set({ ...users.data, items: users.data.items.map((one) => one.id === changed.id ? changed : one) })
    notify(isLocked ? t('accountLocked', { name: account.name }) : t('accountOpened', { name: account.name }))
  }

  return (
    <section aria-labelledby='users'>
      <h2 id='users'>{t('accounts')}</h2>
      <p>{t('lockRule')}</p>
      {users.data === undefined && <Loading of={users} />}
      <ul class='cards'>
        {users.data?.items.map((account) => (
          <li key={account.id} class='card'>
            <p class='main'>{account.name}<br /><span class='hint' dir='ltr'>{account.email}</span></p>
            {account.role === 'admin' && <span>{t('admin')}</span>}
            <span class='hint'>{account.disabledAt === null ? <Moment at={account.createdAt} /> : t('lockedSince', { time: momentText(account.disabledAt) })}</span>
            {account.id !== user.value?.id && <LockButton account={account} setLocked={setLocked} />}
          </li>
        ))}
      </ul>
      <MoreButton of={users} />
    </section>
  )
}

function LockButton ({ account, setLocked }: { account: ManagedUser, setLocked: (account: ManagedUser, isLocked: boolean) => Promise<void> }) {
  const isLocked = account.disabledAt !== null
  const label = isLocked ? t('openAgainOf', { name: account.name }) : t('lockOf', { name: account.name })
  return <ActionButton label={label} act={async () => { await setLocked(account, !isLocked) }}>{isLocked ? t('openAgain') : t('lock')}</ActionButton>
}
