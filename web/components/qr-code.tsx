import { encode } from 'uqr'
import { useMemo } from 'preact/hooks'

// The standard asks for four empty modules around the code.
const quietZone = 4

/** A QR code, always dark on light: many cameras cannot read it inverted. */
export function QrCode ({ text, label }: { text: string, label: string }) {
  const { size, path } = useMemo(() => drawQrCode(text), [text])
  return (
    <svg class='qr' role='img' aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering='crispEdges'>
      <rect width={size} height={size} fill='#fff' />
      <path d={path} fill='#000' />
    </svg>
  )
}

function drawQrCode (text: string): { size: number, path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: quietZone })
  const modules = data.flatMap((row, y) => row.map((isDark, x) => isDark ? `M${x} ${y}h1v1h-1z` : ''))
  return { size, path: modules.join('') }
}
