/** Names of the Socket.IO rooms. A socket is in those whose messages its viewer may see. */
export const stageRoom = (roomId: string) => `room:${roomId}`
export const pollRoom = (pollId: string) => `poll:${pollId}`
export const hostsRoom = (pollId: string) => `poll:${pollId}:hosts`
export const isHostsRoom = (name: string) => name.startsWith('poll:') && name.endsWith(':hosts')
/** By round: who voted in one round has not voted in the next. */
export const votedRoom = (pollId: string, round: number) => `poll:${pollId}:voted:${round}`
