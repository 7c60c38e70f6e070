/** Names of the Socket.IO rooms. A socket is in those whose messages its viewer may see. */
export const stageRoom = (roomId: string) => `room:${roomId}`
export const pollRoom = (pollId: string) => `poll:${pollId}`
export const hostsRoom = (pollId: string) => `poll:${pollId}:hosts`
export const isHostsRoom = (name: string) => name.endsWith(':hosts')
export const questionsRoom = (roomId: string) => `questions:${roomId}`
/** Those who manage the room are in this one, too. */
export const questionHostsRoom = (roomId: string) => `questions:${roomId}:hosts`
/** By round: who voted in one round has not voted in the next. */
export const votedRoom = (pollId: string, round: number) => `poll:${pollId}:voted:${round}`
