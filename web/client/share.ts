export interface Share {
  count: number
  /** 0 to 1, of the people who voted. */
  share: number
  /** Whole percent; 0 without votes. */
  percent: string
}

/** With several choices each the shares add up to more than one: they are of voters, not of choices. */
export function shareOf (counts: Readonly<Record<string, number>>, optionId: number, voters: number): Share {
  const count = counts[String(optionId)] ?? 0
  const share = voters === 0 ? 0 : count / voters
  return { count, share, percent: `${Math.round(share * 100)} %` }
}
