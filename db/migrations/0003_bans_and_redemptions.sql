ALTER TABLE "access_codes" ADD COLUMN "redeemed_by" uuid;--> statement-breakpoint
CREATE INDEX "participants_banned_idx" ON "participants" USING btree ("room_id") WHERE banned_at IS NOT NULL;