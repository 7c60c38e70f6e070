import { useSignal } from '@preact/signals'
import { useContext, useEffect } from 'preact/hooks'
import type { Poll, Results } from '../../../server/protocol/poll.ts'
import { PlenumError } from '../../../server/protocol/problem.ts'
import { backOffMs, isPassing } from '../../client/retry.ts'
import { Viewer } from '../../client/viewer.ts'

const maxSamples = 100
/** Short enough to be watched to its end, and slow enough for the bars to arrive. */
const wholeMs = 15_000
const leastStepMs = 350
const mostStepMs = 1000

/** Versions of the poll's round, of which one is shown. It plays by itself, but not for whoever wants things to keep still. */
export function useReplay ({ id, round }: Poll) {
  const viewer = useContext(Viewer)
  const samples = useSignal<readonly Results[]>([])
  const place = useSignal(0)
  const isPlaying = useSignal(false)
  const hasFailed = useSignal(false)
  const last = samples.value.length - 1

  useEffect(() => {
    let isGone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = (tries: number) => {
      viewer.polls.timeline(id, { round, points: maxSamples }).then(({ items }) => {
        if (isGone) return
        hasFailed.value = false
        samples.value = items
        isPlaying.value = !wantsStillness()
      }, (problem: unknown) => {
        if (isGone) return
        hasFailed.value = true
        if (problem instanceof PlenumError && !isPassing(problem)) return
        // A hall waits in front of it: it comes by itself as soon as it can.
        timer = setTimeout(() => { load(tries + 1) }, backOffMs(tries, problem))
      })
    }
    load(0)
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [viewer, id, round])

  useEffect(() => {
    if (!isPlaying.value) return
    const stepMs = wantsStillness() ? mostStepMs : Math.min(mostStepMs, Math.max(leastStepMs, wholeMs / (last + 1)))
    const timer = setInterval(() => {
      if (place.value < last) place.value += 1
      if (place.value >= last) isPlaying.value = false
    }, stepMs)
    return () => clearInterval(timer)
  }, [isPlaying.value, last])

  return {
    samples: samples.value,
    place: place.value,
    isPlaying: isPlaying.value,
    hasFailed: hasFailed.value,
    /** By hand: playing would take it away again. */
    goTo: (chosen: number) => {
      isPlaying.value = false
      place.value = Math.min(Math.max(0, chosen), last)
    },
    /** At the end it begins anew. */
    toggle: () => {
      if (!isPlaying.value && place.value >= last) place.value = 0
      isPlaying.value = !isPlaying.value
    }
  }
}

function wantsStillness (): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
