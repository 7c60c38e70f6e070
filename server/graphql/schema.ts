import { User, UserRole } from '../protocol/identity.ts'
import { NewPoll, Poll, PollKind, PollStatus, Receipt, ReceiptStatus, Results, ResultsVisibility, Revote } from '../protocol/poll.ts'
import { Question, QuestionSort, QuestionStatus } from '../protocol/question.ts'
import { JoinedRoom, NewRoom, Room, RoomRole } from '../protocol/room.ts'
import { defineTypes } from './type-definitions.ts'

/** The schema in GraphQL's own language. Bodies are REST's. */
export const typeDefinitions = `
"A map, or what has its form by the poll's kind, as REST has it"
scalar JSON

type Query {
  "The account that is signed in"
  me: User
  "An own room"
  room(id: ID!): Room
  "What the audience learns of a room, by its code"
  roomByCode(code: String!): JoinedRoom
  "Own rooms, newest first"
  rooms(limit: Int, cursor: String): RoomPage
  poll(id: ID!): Poll
  "Own polls, newest first"
  polls(roomId: ID, status: PollStatus, limit: Int, cursor: String): PollPage
}

type Mutation {
  createRoom(input: NewRoomInput!): Room
  "Without roomId in a new room"
  createPoll(input: NewPollInput!): Poll
  openPoll(id: ID!): Poll
  pausePoll(id: ID!): Poll
  closePoll(id: ID!): Poll
  archivePoll(id: ID!): Poll
  resetPoll(id: ID!): Poll
  "Shows the results to everyone or hides them, whatever the policy"
  revealPoll(id: ID!, revealed: Boolean!): Poll
  "The same vote again is answered unchanged"
  castVote(pollId: ID!, answer: JSON!, round: Int): Receipt
  withdrawVote(pollId: ID!): Receipt
}

type Subscription {
  "The current results, then every change; nothing while they are hidden"
  results(pollId: ID!): Results!
}

type RoomPage { items: [Room!]! nextCursor: String }
type PollPage { items: [Poll!]! nextCursor: String }
type ResultsPage { items: [Results!]! nextCursor: String }
type QuestionPage { items: [Question!]! nextCursor: String }

${defineTypes({ UserRole, PollKind, PollStatus, Revote, ResultsVisibility, ReceiptStatus, QuestionStatus, QuestionSort, RoomRole }, [
  { name: 'User', schema: User },
  {
    name: 'Room',
    schema: Room,
    furtherFields: [
      '"What the caller may do in it"',
      'role: RoomRole',
      '"What its audience has asked"',
      'questions(sort: QuestionSort, status: QuestionStatus, limit: Int, cursor: String): QuestionPage'
    ]
  },
  { name: 'JoinedRoom', schema: JoinedRoom },
  { name: 'NewRoom', schema: NewRoom, isInput: true },
  {
    name: 'Poll',
    schema: Poll,
    furtherFields: [
      '"Null while they are hidden from this viewer. With a version as they were shown then"',
      'results(round: Int, version: Int): Results',
      '"At most so many points of a round, its first and its last among them; null while they are hidden"',
      'timeline(round: Int, points: Int): [Results!]',
      '"The last results of every round, oldest first; null while they are hidden"',
      'rounds(limit: Int, cursor: String): ResultsPage',
      '"The own answer in the current round"',
      'myVote: JSON',
      '"True while the own answer is stored, but not counted: it waits for a moderator, or a moderator took it out"',
      'held: Boolean'
    ]
  },
  { name: 'NewPoll', schema: NewPoll, isInput: true },
  { name: 'Results', schema: Results },
  { name: 'Receipt', schema: Receipt },
  { name: 'Question', schema: Question }
])}
`
