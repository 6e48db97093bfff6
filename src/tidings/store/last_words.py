"""What a person said last in a conversation, as a part of statements that show conversations."""

# What a workstream, a campaign or a program says by itself tells nobody where a conversation
# stands. In a statement with a last message m this gives a row s only where m is not a person's:
# else it costs nothing, and never more than a look at the newest messages.
LAST_WORDS = """
    LEFT JOIN LATERAL (
      SELECT y.body, y.direction, y.created_at FROM (
        SELECT id, body, direction, created_at, sender_kind FROM message
        WHERE m.sender_kind NOT IN ('customer', 'user')
          AND organization_id = %(organization_id)s AND conversation_id = {conversation_id}
        ORDER BY id DESC LIMIT 50) y
      WHERE y.sender_kind IN ('customer', 'user')
      ORDER BY y.id DESC LIMIT 1) s ON true
"""
# The same columns for statements that need no words.
NO_WORDS = """
    CROSS JOIN (SELECT NULL::text AS body, NULL::text AS direction,
                       NULL::timestamptz AS created_at) s
"""
