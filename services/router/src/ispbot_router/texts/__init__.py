"""Everything the bot says, in one place: rioplatense Spanish, short and warm, WhatsApp mark-up, figures as in Argentina.

One module per topic; each function returns the words of one message (or part of one).
"""
