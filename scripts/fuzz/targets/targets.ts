import type { Target } from '../target.ts'
import { codes } from './codes.ts'
import { feed } from './feed.ts'
import { frames } from './frames.ts'
import { graphql } from './graphql.ts'
import { http } from './http.ts'

export const targets: readonly Target[] = [frames, http, graphql, codes, feed]
