/** Something that the projector does, at a key or a button. */
export interface Tool {
  /** As the browser names them, in small letters. */
  keys: readonly string[]
  /** What is printed on the key. */
  keyName: string
  text: string
  /** What the key does, for the help. */
  about: string
  /** Of what is switched on and off. */
  isOn?: boolean
  /** Why there is nothing to do now: then there is no button, and the key says so. */
  missing?: string | undefined
  use: () => void
}

export interface ToolGroup {
  name: string
  tools: Tool[]
}
