import type { Messages } from '../message.ts'

/** Texts of the host's pages, in the order of the pages. */
export const host = {
  // Everywhere
  loading: 'Loading…',
  save: 'Save',
  saved: 'Saved',
  cancel: 'Cancel',
  close: 'Close',
  delete: 'Delete',
  undo: 'Undo',
  more: 'Show more',
  copy: 'Copy',
  copied: 'Copied',
  tryAgain: 'Try again',
  shownOnce: 'This is shown only once. Keep it in a safe place.',
  administration: 'Administration',

  // What can go wrong
  problemUnreachable: 'The server did not answer. Check the connection and try again.',
  problemValidation: 'Something is not filled in as it should be.',
  problemForbidden: 'You may not do this.',
  problemNotFound: 'This does not exist any more.',
  problemConflict: 'This does not fit what the poll is doing now.',
  problemStale: 'Somebody else has changed this in the meantime. Load it again, then make your change.',
  problemRate: 'That was too fast. Wait a moment, then try again.',
  problemInternal: 'Something went wrong on the server. Try again.',

  // Signing in
  signIn: 'Sign in',
  signOut: 'Sign out',
  signUp: 'Create an account',
  signUpInstead: 'New here? Create an account',
  signInInstead: 'You have an account? Sign in',
  email: 'E-mail address',
  password: 'Password',
  passwordRule: 'At least 8 characters.',
  yourName: 'Your name',
  wrongPassword: 'The e-mail address or the password is not right.',
  emailTaken: 'There is an account with this e-mail address already.',
  registrationClosed: 'New accounts are not made on this server.',

  // Rooms
  rooms: 'Rooms',
  newRoom: 'New room',
  roomTitle: 'Title',
  create: 'Create',
  noRooms: 'You have no room yet. A room has a code by which your audience joins, and all of its polls.',
  roomCode: 'Code {code}',

  // One room
  tabPolls: 'Polls',
  tabStage: 'Remote control',
  tabQuestions: 'Questions',
  tabPeople: 'People',
  tabSettings: 'Settings',
  openProjector: 'Open the projector',
  openPhone: 'Open the voting page',
  noPolls: 'This room has no polls yet.'
} as const satisfies Messages
