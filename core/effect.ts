/** What a check may do to the world. A target's configuration says which of these are allowed. */
export const effects = ['signup', 'email', 'sms', 'lockout', 'logout'] as const

/** One entry of {@link effects}. */
export type Effect = (typeof effects)[number]
