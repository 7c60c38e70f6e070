ALTER TABLE "rooms" ADD COLUMN "accent" text;--> statement-breakpoint
ALTER TABLE "rooms" ADD COLUMN "embed_origins" jsonb DEFAULT '[]'::jsonb NOT NULL;