import { Histogram } from 'prom-client'

/** How many values there were up to each bound and above the one before it; one more count for those above all bounds. */
export interface Distribution { readonly bounds: readonly number[], readonly counts: readonly number[], readonly sum: number }

/** A histogram of what was counted elsewhere: prom-client's own takes half a microsecond for a value, and there is one for each vote. */
export class ReadHistogram extends Histogram {
  readonly #about: { name: string, help: string }
  readonly #values: Distribution

  constructor (name: string, help: string, values: Distribution) {
    super({ name, help, buckets: [...values.bounds], registers: [] })
    this.#about = { name, help }
    this.#values = values
  }

  /** What the registry asks each metric for, and `get` of prom-client, too. */
  async getForPromString () {
    const { name } = this.#about
    const { bounds, counts, sum } = this.#values
    let count = 0
    const buckets = counts.map((more, at) => {
      count += more
      return { metricName: `${name}_bucket`, labels: { le: bounds[at] ?? '+Inf' }, value: count }
    })
    return {
      ...this.#about,
      type: 'histogram',
      aggregator: 'sum',
      values: [...buckets, { metricName: `${name}_sum`, labels: {}, value: sum }, { metricName: `${name}_count`, labels: {}, value: count }]
    }
  }
}
