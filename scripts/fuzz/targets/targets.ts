import type { Target } from '../target.ts'
import { frames } from './frames.ts'

export const targets: readonly Target[] = [frames]
