CREATE TABLE "access_codes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"room_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "option_labels" (
	"poll_id" uuid NOT NULL,
	"option_id" smallint NOT NULL,
	"revision" integer NOT NULL,
	"label" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "option_labels_poll_id_option_id_revision_pk" PRIMARY KEY("poll_id","option_id","revision")
);
--> statement-breakpoint
CREATE TABLE "participants" (
	"room_id" uuid NOT NULL,
	"voter_id" uuid NOT NULL,
	"name" text,
	"banned_at" timestamp (3) with time zone,
	"joined_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "participants_room_id_voter_id_pk" PRIMARY KEY("room_id","voter_id")
);
--> statement-breakpoint
CREATE TABLE "poll_versions" (
	"poll_id" uuid NOT NULL,
	"version" bigint NOT NULL,
	"round" integer NOT NULL,
	"status" text NOT NULL,
	"definition" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "poll_versions_poll_id_version_pk" PRIMARY KEY("poll_id","version")
);
--> statement-breakpoint
CREATE TABLE "question_votes" (
	"question_id" uuid NOT NULL,
	"voter_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "question_votes_question_id_voter_id_pk" PRIMARY KEY("question_id","voter_id")
);
--> statement-breakpoint
CREATE TABLE "questions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"room_id" uuid NOT NULL,
	"voter_id" uuid NOT NULL,
	"author_name" text,
	"text" text NOT NULL,
	"status" text NOT NULL,
	"is_pinned" boolean DEFAULT false NOT NULL,
	"merged_into" uuid,
	"votes" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"answered_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "tally_buckets" (
	"poll_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"bucket" text NOT NULL,
	"count" integer NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "tally_buckets_poll_id_round_bucket_pk" PRIMARY KEY("poll_id","round","bucket")
);
--> statement-breakpoint
ALTER TABLE "ballots" ADD COLUMN "review" text;--> statement-breakpoint
ALTER TABLE "polls" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "polls" ADD COLUMN "opened_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "polls" ADD COLUMN "revealed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "questions_mode" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "questions_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "blocked_words" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "tallies" ADD COLUMN "derived" jsonb;--> statement-breakpoint
ALTER TABLE "tallies" ADD COLUMN "correct_voters" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "access_codes" ADD CONSTRAINT "access_codes_room_id_rooms_id_fk" FOREIGN KEY ("room_id") REFERENCES "public"."rooms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "option_labels" ADD CONSTRAINT "option_labels_poll_id_polls_id_fk" FOREIGN KEY ("poll_id") REFERENCES "public"."polls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "participants" ADD CONSTRAINT "participants_room_id_rooms_id_fk" FOREIGN KEY ("room_id") REFERENCES "public"."rooms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "poll_versions" ADD CONSTRAINT "poll_versions_poll_id_polls_id_fk" FOREIGN KEY ("poll_id") REFERENCES "public"."polls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "question_votes" ADD CONSTRAINT "question_votes_question_id_questions_id_fk" FOREIGN KEY ("question_id") REFERENCES "public"."questions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "questions" ADD CONSTRAINT "questions_room_id_rooms_id_fk" FOREIGN KEY ("room_id") REFERENCES "public"."rooms"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "access_codes_room_id_code_hash_key" ON "access_codes" USING btree ("room_id","code_hash");--> statement-breakpoint
CREATE INDEX "questions_room_id_idx" ON "questions" USING btree ("room_id","id" DESC NULLS LAST);--> statement-breakpoint
UPDATE "polls" SET "opened_at" = "updated_at" WHERE "status" NOT IN ('draft');--> statement-breakpoint
INSERT INTO "poll_versions" ("poll_id", "version", "round", "status", "definition", "at")
SELECT t."poll_id", t."version", t."round", CASE WHEN t."round" = p."round" THEN p."status" ELSE 'closed' END,
  jsonb_build_object('kind', p."kind", 'minChoices', p."min_choices", 'maxChoices', p."max_choices", 'settings', p."settings", 'revealed', p."revealed",
    'optionIds', (SELECT jsonb_agg(key::int) FROM jsonb_object_keys(t."counts") AS key)), t."at"
FROM "tallies" t JOIN "polls" p ON p."id" = t."poll_id";--> statement-breakpoint
INSERT INTO "option_labels" ("poll_id", "option_id", "revision", "label", "at")
SELECT o."poll_id", o."id", p."revision", o."label", p."updated_at" FROM "options" o JOIN "polls" p ON p."id" = o."poll_id";
