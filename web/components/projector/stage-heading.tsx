/** Characters beyond which it is set smaller, so that the bars stay in view. */
const long = 80

export function StageHeading ({ text }: { text: string }) {
  return <h1 data-length={text.length > long ? 'long' : 'short'}>{text}</h1>
}
