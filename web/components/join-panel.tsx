import { isLoopback, joinAddress } from '../client/room-code.ts'
import { QrCode } from './qr-code.tsx'

export function JoinPanel ({ code }: { code: string }) {
  const address = joinAddress(location.origin, code)
  return (
    <aside class='join-panel' aria-label='How to join'>
      <QrCode text={address} label={`QR code for ${address}`} />
      <div class='join-text'>
        <p>Join at <b>{location.host}</b></p>
        <p>with the code <b class='code'>{code}</b></p>
        <p class='address'>{address}</p>
        {isLoopback(location.hostname) && <p class='note'>This address works on this computer only. Start Plenum with HOST=0.0.0.0 for phones.</p>}
      </div>
    </aside>
  )
}
