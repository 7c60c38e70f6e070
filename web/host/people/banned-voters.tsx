import { ActionButton } from '../components/action-button.tsx'
import { Loading } from '../components/loading.tsx'
import { Moment } from '../components/moment.tsx'
import { notify } from '../components/notices.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { useLoad } from '../use-load.ts'

/** Voters who may not vote in the room. Whom to ban is chosen among the answers of a poll. */
export function BannedVoters ({ roomId, mayUnban }: { roomId: string, mayUnban: boolean }) {
  const bans = useLoad(async () => (await client.rooms.bans(roomId)).items, [roomId])

  async function unban (voterId: string) {
    await client.rooms.unban(roomId, voterId)
    notify(t('voterUnbanned', { voter: endOf(voterId) }))
    await bans.reload()
  }

  return (
    <section aria-labelledby='bans'>
      <h2 id='bans'>{t('bannedVoters')}</h2>
      {bans.data === undefined && <Loading of={bans} />}
      {bans.data?.length === 0 && <p class='hint'>{t('noBannedVoters')}</p>}
      <ul class='cards'>
        {bans.data?.map(({ voterId, bannedAt }) => (
          <li key={voterId} class='card'>
            <p class='main'>{t('voterOf', { voter: endOf(voterId) })}</p>
            <Moment at={bannedAt} />
            {mayUnban && <ActionButton act={async () => { await unban(voterId) }} label={t('unbanOf', { voter: endOf(voterId) })}>{t('unban')}</ActionButton>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Of a random id: enough to tell voters apart. */
function endOf (voterId: string): string {
  return voterId.slice(-6)
}
