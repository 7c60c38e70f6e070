import type { AccessCode } from '../../../server/protocol/access-code.ts'
import type { Room } from '../../../server/protocol/room.ts'
import { Loading } from '../components/loading.tsx'
import { Moment, momentText } from '../components/moment.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { isLeaving, removeLater } from '../removal.ts'
import { client } from '../session.ts'
import { t } from '../text.ts'
import { usePages } from '../use-pages.ts'
import { NewAccessCodesForm } from './new-access-codes.tsx'

/** One-time codes of a room: which were used, and more of them. */
export function AccessCodes ({ room, mayMake }: { room: Room, mayMake: boolean }) {
  const codes = usePages((cursor) => client.rooms.codes(room.id, cursor === undefined ? {} : { cursor }), [room.id])

  return (
    <section aria-labelledby='access-codes'>
      <h2 id='access-codes'>{t('accessCodes')}</h2>
      <p>{t('accessCodesRule')}</p>
      {mayMake && <NewAccessCodesForm room={room} reload={codes.reload} />}
      {codes.data === undefined ? <Loading of={codes} /> : <CodeTable roomId={room.id} codes={codes.data.items} mayRevoke={mayMake} />}
      <MoreButton of={codes} />
    </section>
  )
}

function CodeTable ({ roomId, codes, mayRevoke }: { roomId: string, codes: readonly AccessCode[], mayRevoke: boolean }) {
  if (codes.length === 0) return <p class='hint'>{t('noAccessCodes')}</p>

  function revoke ({ id }: AccessCode) {
    removeLater(id, t('codeRevoked', { code: endOf(id) }), async () => { await client.rooms.revokeCode(roomId, id) })
  }

  return (
    <div class='table-frame'>
      <table class='list'>
        <caption>{t('accessCodesMade')}</caption>
        <thead><tr><th scope='col'>{t('codeEnd')}</th><th scope='col'>{t('made')}</th><th scope='col'>{t('state')}</th>{mayRevoke && <th scope='col'><span class='visually-hidden'>{t('revoke')}</span></th>}</tr></thead>
        <tbody>
          {codes.map((code) => (
            <tr key={code.id}>
              <th scope='row'><code>{endOf(code.id)}</code></th>
              <td><Moment at={code.createdAt} /></td>
              <td>{stateOf(code)}</td>
              {mayRevoke && <td>{!isRevoked(code) && <button type='button' aria-label={t('revokeOf', { code: endOf(code.id) })} onClick={() => { revoke(code) }}>{t('revoke')}</button>}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Of its id, which is also the voter's in an export. The code itself is known to nobody any more. */
function endOf (id: string): string {
  return id.slice(-6)
}

function isRevoked ({ id, revokedAt }: AccessCode): boolean {
  return revokedAt !== null || isLeaving(id)
}

function stateOf (code: AccessCode): string {
  if (isRevoked(code)) return t('revoked')
  return code.usedAt === null ? t('unused') : t('usedAt', { time: momentText(code.usedAt) })
}
