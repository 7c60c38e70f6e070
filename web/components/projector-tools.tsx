import { useSignal } from '@preact/signals'
import type { TargetedMouseEvent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { browserStorage } from '../client/browser-storage.ts'
import { t } from '../client/text.ts'
import type { Tool, ToolGroup } from './projector/tool.ts'
import { useKeys } from './projector/use-keys.ts'

const keysOffKey = 'plenum.keysOff'

/** Every key is also a button; the keys can be switched off, because speech input may press them by chance. */
export function ProjectorTools ({ groups }: { groups: ToolGroup[] }) {
  const help = useRef<HTMLDialogElement>(null)
  const usesKeys = useSignal(browserStorage.getItem(keysOffKey) === null)
  const fullScreen = useFullScreen()
  const helpTool: Tool = { keys: ['?'], keyName: '?', text: t('help'), about: t('keyHelp'), use: showHelp }
  const all = groups.map((group, at) => at < groups.length - 1 ? group : { ...group, tools: [...group.tools, ...fullScreen, helpTool] })
  useKeys(all.flatMap(({ tools }) => tools), usesKeys.value)

  function showHelp () {
    if (help.current?.open) help.current.close()
    else help.current?.showModal()
  }

  function setUsesKeys (isOn: boolean) {
    usesKeys.value = isOn
    if (isOn) browserStorage.removeItem(keysOffKey)
    else browserStorage.setItem(keysOffKey, '1')
  }

  return (
    <div class='tools'>
      {all.map(({ name, tools }) => (
        <div key={name} class='tool-group' role='group' aria-label={name}>
          {tools.filter(({ missing }) => missing === undefined).map((tool) => <ToolButton key={tool.keyName} tool={tool} />)}
        </div>
      ))}
      <dialog ref={help} aria-labelledby='help-heading'>
        <h2 id='help-heading'>{t('keys')}</h2>
        <dl>
          {all.flatMap(({ tools }) => tools).map(({ keyName, about }) => <div key={keyName}><dt><kbd>{keyName}</kbd></dt><dd>{about}</dd></div>)}
        </dl>
        <label class='option'>
          <input type='checkbox' checked={usesKeys.value} onChange={(event) => setUsesKeys(event.currentTarget.checked)} />
          <span>{t('useKeys')}</span>
        </label>
        <form method='dialog'><button class='primary'>{t('close')}</button></form>
      </dialog>
    </div>
  )
}

function ToolButton ({ tool: { keys, text, isOn, use } }: { tool: Tool }) {
  const [key = ''] = keys
  // After a click with a pointer the space bar is not this button's but the one that opens and closes.
  const letGo = ({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>) => { currentTarget.blur() }
  return <button type='button' onMouseUp={letGo} onClick={use} aria-keyshortcuts={key === ' ' ? 'Space' : key} aria-pressed={isOn}>{text}</button>
}

/** Nothing where the browser has no full screen, as on some phones. */
function useFullScreen (): Tool[] {
  const isFull = useSignal(document.fullscreenElement !== null)

  useEffect(() => {
    const update = () => { isFull.value = document.fullscreenElement !== null }
    document.addEventListener('fullscreenchange', update)
    return () => document.removeEventListener('fullscreenchange', update)
  }, [])

  if (!document.fullscreenEnabled) return []
  return [{ keys: ['f'], keyName: 'F', text: t(isFull.value ? 'leaveFullScreen' : 'fullScreen'), about: t('keyFullScreen'), use: toggleFullScreen }]
}

function toggleFullScreen () {
  // A browser may refuse (no gesture, a policy); the page then simply stays as it is.
  const change = document.fullscreenElement === null ? document.documentElement.requestFullscreen() : document.exitFullscreen()
  change.catch(() => undefined)
}
