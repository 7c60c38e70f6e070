import { isLoopback, joinAddress } from '../client/room-code.ts'
import { t } from '../client/text.ts'
import { Around, slot } from './around.tsx'
import { QrCode } from './qr-code.tsx'

export function JoinPanel ({ code }: { code: string }) {
  const address = joinAddress(location.origin, code)
  return (
    <aside class='join-panel' aria-label={t('howToJoin')}>
      <QrCode text={address} label={t('qrCodeFor', { address })} />
      <div class='join-text'>
        <p><Around text={t('joinAt', { host: slot })}><b dir='ltr'>{location.host}</b></Around></p>
        <p><Around text={t('withCode', { code: slot })}><b class='code' dir='ltr'>{code}</b></Around></p>
        <p class='address' dir='ltr'>{address}</p>
        {isLoopback(location.hostname) && <p class='note'>{t('loopbackProjector')}</p>}
      </div>
    </aside>
  )
}
