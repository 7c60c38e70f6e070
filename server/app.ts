import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fastifyCompress from '@fastify/compress'
import { pino } from 'pino'
import { openDatabase } from '../db/client.ts'
import { databaseErrorOf } from '../db/errors.ts'
import { createIdempotencyStore } from '../db/idempotency-store.ts'
import { findPolls, findRoomPolls, readClock } from '../db/poll-store.ts'
import type { Config } from './config.ts'
import { createExportService } from './exports/export-service.ts'
import { graphqlRoutes } from './graphql/graphql-routes.ts'
import { createSubscriptions } from './graphql/subscriptions.ts'
import { accessCodeRoutes } from './http/access-code-routes.ts'
import { accountRoutes } from './http/account-routes.ts'
import { adminRoutes } from './http/admin-routes.ts'
import { createAuthentication } from './http/authentication.ts'
import { authRoutes } from './http/auth-routes.ts'
import { exportRoutes } from './http/export-routes.ts'
import { healthRoutes } from './http/health-routes.ts'
import { createHttpServer } from './http/http-server.ts'
import { keepAnswers } from './http/idempotency.ts'
import { leaderboardRoutes } from './http/leaderboard-routes.ts'
import { moderationRoutes } from './http/moderation-routes.ts'
import { memberRoutes } from './http/member-routes.ts'
import { jobRoutes } from './http/job-routes.ts'
import { questionRoutes } from './http/question-routes.ts'
import { registerOpenApi } from './http/openapi.ts'
import { pollOrderRoutes } from './http/poll-order-routes.ts'
import { pollRoutes } from './http/poll-routes.ts'
import { addressKey, createRateLimits } from './http/rate-limits.ts'
import { createClientAddress, createProxyTrust } from './http/proxy-trust.ts'
import { createRedeem } from './http/redemption.ts'
import { createRequestSpans } from './http/request-spans.ts'
import { replayRoutes } from './http/replay-routes.ts'
import { responseRoutes } from './http/response-routes.ts'
import { roomRoutes } from './http/room-routes.ts'
import { suggestionRoutes } from './http/suggestion-routes.ts'
import { voteRoutes } from './http/vote-routes.ts'
import { webPages } from './http/web-pages.ts'
import { plainBallotRoutes } from './http/plain-ballot-routes.ts'
import { createPlainRooms } from './http/plain/plain-rooms.ts'
import { webhookRoutes } from './http/webhook-routes.ts'
import { createAccountService } from './identity/account-service.ts'
import { createIdentityService } from './identity/identity-service.ts'
import { createOriginCheck } from './identity/origins.ts'
import { createPasswords, type PasswordCost } from './identity/passwords.ts'
import { loadGeneratedKey } from './identity/secret-keys.ts'
import { createKeyedHash } from './identity/secrets.ts'
import { createTokens } from './identity/tokens.ts'
import { startCleanUp } from './jobs/clean-up.ts'
import { createJobStatus } from './jobs/job-status.ts'
import { createMetricsServer } from './metrics/metrics-server.ts'
import { createModerationService } from './moderation/moderation-service.ts'
import { createBallotBox } from './polls/ballot-box.ts'
import { startBoardRepair } from './polls/board-repair.ts'
import { createMyVotes } from './polls/my-votes.ts'
import { startPollSchedule } from './polls/poll-schedule.ts'
import { createParticipation } from './polls/participation.ts'
import { createPollService } from './polls/poll-service.ts'
import { createPollOrders } from './polls/poll-order.ts'
import { toSnapshot } from './polls/poll-snapshot.ts'
import { createPollViews } from './polls/poll-views.ts'
import { createReplay } from './polls/replay.ts'
import { createReviews } from './polls/reviews.ts'
import { createResultsBoard } from './polls/results-board.ts'
import { createSuggestions } from './polls/suggestions.ts'
import { createVoteSpans } from './polls/vote-spans.ts'
import { asyncApiRoutes } from './realtime/asyncapi.ts'
import { connectCluster } from './realtime/cluster.ts'
import { createFeed } from './realtime/feed.ts'
import { feedRoutes, registerWebsocket } from './realtime/feed-routes.ts'
import { createAdmission, createHandshake } from './realtime/handshake.ts'
import type { Hint } from './realtime/hint.ts'
import { createHintReader } from './realtime/hints.ts'
import { joinEvents } from './realtime/join-events.ts'
import { startOwnVoteTeller } from './realtime/own-vote-teller.ts'
import { createPresence } from './realtime/presence.ts'
import { questionEvents } from './realtime/question-events.ts'
import { startQuestionsBroadcaster } from './realtime/questions-broadcaster.ts'
import { startResultsBroadcaster } from './realtime/results-broadcaster.ts'
import { createRoomEmitter } from './realtime/room-emitter.ts'
import { hostsRoom, pollRoom, stageRoom } from './realtime/rooms.ts'
import { startSessionWatch } from './realtime/session-watch.ts'
import { createSlowReaders } from './realtime/slow-readers.ts'
import { createSocketServer } from './realtime/socket-server.ts'
import { suggestionEvents } from './realtime/suggestion-events.ts'
import { createSuggestionsTeller } from './realtime/suggestions-teller.ts'
import { voteEvents } from './realtime/vote-events.ts'
import { createQuestionBoard } from './questions/question-board.ts'
import { createQuestionService } from './questions/question-service.ts'
import { createQuestionVotes } from './questions/question-votes.ts'
import { createLeaderboardService } from './quiz/leaderboard-service.ts'
import { startAttendance } from './rooms/attendance.ts'
import { createAccessCodeService } from './rooms/access-code-service.ts'
import { createMemberService } from './rooms/member-service.ts'
import { createRoomBoard } from './rooms/room-board.ts'
import { createRoomFinder } from './rooms/room-finder.ts'
import { createRoomService } from './rooms/room-service.ts'
import { createQuerySpans } from './tracing/query-spans.ts'
import { startTracing } from './tracing/start-tracing.ts'
import { startWebhookDelivery, type DeliveryTuning } from './webhooks/delivery.ts'
import { createWebhookService } from './webhooks/webhook-service.ts'

const webDir = fileURLToPath(new URL('../web', import.meta.url))

export interface App {
  /** Starts to listen. Resolves to the ports, which are the configured ones unless those are 0. */
  listen (): Promise<{ port: number, metricsPort: number | undefined }>
  /** Drains: no new connections, waiting votes committed, sockets closed so that clients come back elsewhere. */
  close (): Promise<void>
}

export interface AppOptions {
  /** Called when nothing but a new start helps. */
  onFatal?: () => void
  webhooks?: DeliveryTuning
  /** What a new password's hash costs. */
  passwordCost?: PasswordCost
}

/** The whole wiring. What is opened here is closed here, in reverse order. */
export async function buildApp (config: Config, { onFatal = () => {}, webhooks: deliveryTuning, passwordCost }: AppOptions = {}): Promise<App> {
  const logger = pino({ level: config.logLevel, serializers: { err: serializeError } })
  const onError = (err: unknown, sentence: string) => { logger.warn({ err }, sentence) }
  const instanceId = randomUUID()
  const isAllowedOrigin = createOriginCheck(config)
  let isDraining = false

  const tracing = await startTracing({
    url: config.tracesUrl, instanceId, onTrouble: (sentence, reason) => { logger.warn({ reason }, sentence) }
  })
  const database = await openDatabase({
    url: config.databaseUrl,
    directUrl: config.databaseDirectUrl,
    dataDir: config.dataDir,
    poolSize: config.databasePoolSize,
    tracer: tracing && createQuerySpans(tracing),
    onError: (err) => {
      logger.fatal({ err }, 'the embedded database failed; the next start recovers it')
      onFatal()
    }
  })
  const { db, votes } = database
  const secretKeys = config.secretKeys ?? [await loadGeneratedKey(config.dataDir)]
  const tokens = createTokens({ secretKeys, accessSeconds: config.accessTokenTtlSeconds })
  const passwords = createPasswords(passwordCost)
  const identity = createIdentityService({ db, tokens, passwords, registration: config.registration, onError })
  const accounts = createAccountService({ db, passwords })

  const roomBoard = createRoomBoard()
  const board = createResultsBoard({
    loadPolls: async (ids) => (await findPolls(db, ids)).map(toSnapshot),
    loadRoomPolls: async (roomId) => (await findRoomPolls(db, roomId)).map(toSnapshot)
  })
  const rooms = createRoomService({ db, board: roomBoard })
  const members = createMemberService({ db, rooms })
  const accessCodes = createAccessCodeService({ db, rooms, identity, keyedHash: createKeyedHash(secretKeys) })
  const polls = createPollService({ db, board, rooms })
  const myVotes = createMyVotes({ db })
  const views = createPollViews({ board, myVotes, polls })
  const replay = createReplay({ db, board, views })
  const reviews = createReviews({ db, votes, board, polls, views, reviewed: (pollId, voterId) => { ownVotes.changed(pollId, voterId) }, onError })
  const suggestions = createSuggestions({ db, polls, changed: (pollId) => { suggestionsTeller.changed(pollId) } })
  const moderation = createModerationService({ db, rooms })
  const leaderboard = createLeaderboardService({ db, board, rooms })
  const questionBoard = createQuestionBoard({ db })
  const questionsChanged = (roomId: string, version: number) => { questionsBroadcaster.changed(roomId, version) }
  const questions = createQuestionService({ db, rooms, board: questionBoard, changed: questionsChanged })
  const questionVotes = createQuestionVotes({ db, maxQueued: config.maxQueuedVotes, changed: questionsChanged })
  const exporter = createExportService({ db, polls, rooms })
  const voteSpans = tracing && createVoteSpans(tracing)
  const untracedBallotBox = createBallotBox({ votes, board, maxQueued: config.maxQueuedVotes, onError, storeBatch: voteSpans?.storeBatch })
  const ballotBox = voteSpans?.follow(untracedBallotBox) ?? untracedBallotBox

  const attendance = startAttendance({ db, onError })

  const cluster = config.redisUrls === undefined
    ? undefined
    : connectCluster({ urls: config.redisUrls, onTrouble: (err) => { onError(err, 'Redis is away; votes go on, other instances follow through the database') } })
  const sockets = createSocketServer({
    admit: createAdmission({ isAllowedOrigin, isFull: () => isDraining || sockets.socketCount() >= config.maxSockets }),
    identify: createHandshake({ identity, tokens, maxEventsPerSocket: config.maxEventsPerSocket }),
    maxEventsPerSocket: config.maxEventsPerSocket,
    cluster
  })
  const { io } = sockets
  const publish = (hint: Hint) => { if (cluster !== undefined) io.serverSideEmit('hint', hint) }
  const slowReaders = createSlowReaders()
  const emitter = createRoomEmitter({ io, board, slowReaders })
  const feed = createFeed({ board, views })
  const feedConnections = new Set<object>()
  const sessions = startSessionWatch({ identity, onError })
  const presence = createPresence({
    io,
    rooms: roomBoard,
    instanceId,
    announce: (present) => { publish({ type: 'present', ...present }) },
    emitRoom: (roomId, newest) => { emitter.emitRoom(roomId, newest).catch((error: unknown) => { onError(error, 'a room could not be sent out') }) }
  })
  const broadcaster = startResultsBroadcaster({ board, outputs: [emitter, feed], publish, onError })
  const questionsBroadcaster = startQuestionsBroadcaster({ io, board: questionBoard, rooms: roomBoard, emitter, publish, onError })
  const ownVotes = startOwnVoteTeller({ io, board, myVotes, emitter, publish, onError })
  const suggestionsTeller = createSuggestionsTeller({ io, board, emitter, publish })
  roomBoard.subscribe((snapshot, source) => {
    if (source === 'commit') publish({ type: 'room', ...snapshot })
    board.putStaff(snapshot.room.id, snapshot.staff)
    presence.show(snapshot.room.id)
    questionsBroadcaster.follow(snapshot)
  })
  const isWatched = {
    poll: (pollId: string) => emitter.hasMembers(pollRoom(pollId)) || emitter.hasMembers(hostsRoom(pollId)) || feed.isWatching(pollId),
    room: (roomId: string) => emitter.hasMembers(stageRoom(roomId))
  }
  const repair = startBoardRepair({ db, board, rooms: roomBoard, compareQuestions: questionsBroadcaster.compare, isWatched, onError })
  io.on('hint', createHintReader({ board, rooms: roomBoard, presence, questions: questionsBroadcaster, ownVotes, suggestions: suggestionsTeller, isWatchedRoom: isWatched.room, onError }))
  cluster?.onReady(repair.runNow)
  const limits = createRateLimits(cluster?.client)
  const isProxy = createProxyTrust(config.trustProxy)
  const readAddress = createClientAddress(isProxy)
  const findRoom = createRoomFinder({ rooms, countWrongCode: async (address) => { await limits.spendOnSocket('wrong-room', addressKey(address)) } })
  const findRoomFor = async (typed: string, connection: Parameters<typeof readAddress>[0]) => await findRoom(typed, readAddress(connection))
  const countWrongCode = async (connection: Parameters<typeof readAddress>[0]) => { await limits.spendOnSocket('wrong-code', addressKey(readAddress(connection))) }
  sockets.serve({ ...joinEvents({ rooms, findRoom: findRoomFor, accessCodes, countWrongCode, board, views, questions, presentIn: presence.toldIn, noteJoin: attendance.note }), ...voteEvents({ ballotBox, board }), ...questionEvents({ questions, questionVotes }), ...suggestionEvents({ suggestions }) }, sessions)
  const schedule = startPollSchedule({ db, polls, onError })
  const allowPrivate = config.webhooksAllowPrivate
  const delivery = startWebhookDelivery({ db, board, allowPrivate, onError, ...deliveryTuning })
  const webhooks = createWebhookService({ db, rooms, allowPrivate, delivery })
  const cleanUp = startCleanUp({ db, onError })

  async function deleteRoom (roomId: string, userId: string): Promise<void> {
    await rooms.findAs('own', roomId, userId)
    const lost = await board.findRoom(roomId)
    await rooms.delete(roomId, userId)
    for (const { poll } of lost) board.remove(poll.id, 'commit')
  }
  async function deleteRoomsOf (userId: string): Promise<void> {
    for (const roomId of await rooms.listOwnIds(userId)) await deleteRoom(roomId, userId)
  }

  const httpAnswers = { notModified: 0 }
  const metrics = createMetricsServer({
    host: config.metricsHost,
    port: config.metricsPort,
    sources: {
      votes: ballotBox.figures,
      readSockets: () => [...sockets.countRoles(), ['feed', feedConnections.size], ['graphql', subscriptions.count()]],
      readHeld: () => Object.entries({
        socket_groups: io.of('/').adapter.rooms.size, subscriptions: feed.count(), polls: board.held().pollIds.length, rooms: roomBoard.ids().length
      }),
      disconnects: sockets.disconnects,
      broadcasts: broadcaster.figures,
      repairs: repair.figures,
      pubsub: cluster?.figures,
      slowReaders: [slowReaders.figures, feed.figures],
      boardReads: board.reads,
      httpAnswers
    },
    onError
  })
  const authentication = createAuthentication({ identity, tokens, limits })
  const redeem = createRedeem({ accessCodes, authentication, limits })
  const subscriptions = createSubscriptions({
    feed, sessions, authentication, maxMessagesPerSecond: config.maxEventsPerSocket, maxSockets: config.maxSockets
  })
  const app = await createHttpServer({
    logger,
    isProxy,
    isSecure: config.publicUrl?.startsWith('https:') ?? false,
    isAllowedOrigin,
    corsOrigins: config.allowedOrigins,
    spans: tracing && createRequestSpans(tracing)
  })
  const relay = await registerWebsocket(app)
  sockets.attach(app, relay)
  await registerOpenApi(app)
  await app.register(asyncApiRoutes)
  await app.register(healthRoutes, {
    askDatabase: async () => { await readClock(db) }, isRedisUp: cluster?.isUp, isDraining: () => isDraining
  })
  await app.register(async (api) => {
    limits.tell(api)
    await api.register(authRoutes, { identity, authentication, limits })
    await api.register(accountRoutes, { accounts, authentication, deleteRoomsOf })
    await api.register(adminRoutes, { accounts, authentication })
    await api.register(async (kept) => {
      keepAnswers(kept, { store: createIdempotencyStore(db), authentication })
      // After the answer was kept as text. Votes and results are too short to gain by it.
      await kept.register(fastifyCompress, { threshold: 1024 })
      await kept.register(roomRoutes, { rooms, findRoom, polls, authentication, deleteRoom })
      await kept.register(pollOrderRoutes, { orders: createPollOrders({ db, rooms }), authentication })
      await kept.register(pollRoutes, { polls, views, authentication, readParticipation: createParticipation({ db, polls, countConnected: presence.count }), answers: httpAnswers })
    })
    await api.register(memberRoutes, { members, authentication, publicUrl: config.publicUrl })
    await api.register(moderationRoutes, { moderation, authentication })
    await api.register(responseRoutes, { reviews, authentication })
    await api.register(leaderboardRoutes, { leaderboard, authentication })
    await api.register(accessCodeRoutes, { accessCodes, findRoom, authentication, redeem, publicUrl: config.publicUrl })
    await api.register(questionRoutes, { questions, questionVotes, authentication })
    await api.register(suggestionRoutes, { suggestions, authentication })
    await api.register(voteRoutes, { ballotBox, views, authentication, replay, answers: httpAnswers })
    await api.register(replayRoutes, { replay, authentication })
    await api.register(exportRoutes, { exporter, authentication })
    await api.register(webhookRoutes, { webhooks, authentication })
    await api.register(jobRoutes, { jobs: createJobStatus({ db, cleanUp }), authentication })
    await api.register(feedRoutes, { feed, views, sessions, identify: authentication.identifyOnlooker, isAllowedOrigin, connections: feedConnections, maxConnections: config.maxSockets })
  }, { prefix: '/api/v1' })
  await app.register(graphqlRoutes, {
    polls, rooms, findRoom, questions, views, replay, board, ballotBox, authentication, subscriptions, isAllowedOrigin, isIntrospectable: config.graphqlIntrospection === 'on'
  })
  await app.register(plainBallotRoutes, { findRoom, redeem, views, ballotBox, authentication })
  await app.register(webPages, { webDir, ensureVoter: authentication.ensureVoter, drawRoom: createPlainRooms({ findRoom, board, views, authentication }), rooms, views, authentication })

  app.addHook('preClose', async () => {
    isDraining = true
    await ballotBox.drain()
    subscriptions.close()
    feed.close()
    exporter.stop()
    replay.stop()
    suggestions.stop()
    await sockets.drain()
  })
  app.addHook('onClose', async () => {
    schedule.stop()
    sessions.stop()
    presence.stop()
    broadcaster.stop()
    questionsBroadcaster.stop()
    ownVotes.stop()
    suggestionsTeller.stop()
    slowReaders.stop()
    await ballotBox.drain()
    await Promise.all([delivery.stop(), cleanUp.stop(), attendance.stop()])
    await repair.stop()
    await metrics.close()
    cluster?.close()
    await database.close()
    await tracing?.stop()
  })

  return {
    async listen () {
      const metricsPort = await metrics.listen()
      await app.listen({ host: config.host, port: config.port })
      const address = app.server.address()
      return { port: address !== null && typeof address === 'object' ? address.port : config.port, metricsPort }
    },
    close: async () => { await app.close() }
  }
}

function serializeError (error: Error): object {
  const cause = databaseErrorOf(error)
  return pino.stdSerializers.err(cause instanceof Error ? cause : error)
}
