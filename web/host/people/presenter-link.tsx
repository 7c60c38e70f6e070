import { useSignal } from '@preact/signals'
import { ActionButton } from '../components/action-button.tsx'
import { notify } from '../components/notices.tsx'
import { Secret } from '../components/secret.tsx'
import { client } from '../session.ts'
import { t } from '../text.ts'

/** A link to the projector's page that shows what only hosts see, without signing in. */
export function PresenterLinkSection ({ roomId }: { roomId: string }) {
  const url = useSignal('')

  async function make () {
    url.value = (await client.rooms.createPresenterLink(roomId)).url
  }

  async function end () {
    await client.rooms.endPresenterLink(roomId)
    url.value = ''
    notify(t('presenterLinkEnded'))
  }

  return (
    <section aria-labelledby='presenter-link'>
      <h2 id='presenter-link'>{t('presenterLink')}</h2>
      <p>{t('presenterLinkRule')}</p>
      {url.value !== '' && <Secret label={t('presenterLink')} value={url.value} />}
      <div class='actions'>
        <ActionButton act={make}>{t('makePresenterLink')}</ActionButton>
        <ActionButton act={end}>{t('endPresenterLink')}</ActionButton>
      </div>
    </section>
  )
}
