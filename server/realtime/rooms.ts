import type { RoomAccess } from '../protocol/room.ts'

/** Names of the Socket.IO rooms. A socket is in those whose messages its viewer may see. */
export const stageRoom = (roomId: string) => `room:${roomId}`
export const pollRoom = (pollId: string) => `poll:${pollId}`
export const hostsRoom = (pollId: string) => `poll:${pollId}:hosts`
/** What only those who manage the room hear. */
const isHostsRoom = (name: string) => name.endsWith(':hosts')
/** By round: who voted in one round has not voted in the next. And by who votes: a device that has voted is no person who has. */
export const votedRoom = (pollId: string, round: number, access: RoomAccess) => `poll:${pollId}:voted:${round}${access === 'accounts' ? ':person' : ''}`
export const isVotedRoom = (name: string) => /^poll:[^:]+:voted:/.test(name)
/** What a socket is in by who has signed in there. */
export const isAccountsRoom = (name: string) => isHostsRoom(name) || (isVotedRoom(name) && name.endsWith(':person'))
export const questionsRoom = (roomId: string) => `questions:${roomId}`
/** Those who manage the room are in this one, too. */
export const questionHostsRoom = (roomId: string) => `questions:${roomId}:hosts`
