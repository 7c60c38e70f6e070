CREATE TABLE "option_suggestions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"poll_id" uuid NOT NULL,
	"voter_id" uuid NOT NULL,
	"text" text NOT NULL,
	"folded" text NOT NULL,
	"status" text NOT NULL,
	"option_id" smallint,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "option_suggestions" ADD CONSTRAINT "option_suggestions_poll_id_polls_id_fk" FOREIGN KEY ("poll_id") REFERENCES "public"."polls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "option_suggestions_poll_id_folded_key" ON "option_suggestions" USING btree ("poll_id",md5("folded"));--> statement-breakpoint
CREATE INDEX "option_suggestions_poll_id_idx" ON "option_suggestions" USING btree ("poll_id","id");