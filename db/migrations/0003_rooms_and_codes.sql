ALTER TABLE "access_codes" ADD COLUMN "redeemed_by" uuid;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "poll_order" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "accent" text;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "embed_origins" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "participants_banned_idx" ON "participants" USING btree ("room_id") WHERE banned_at IS NOT NULL;
