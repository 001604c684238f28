package org.qpsmtpd.smtpclient;

/**
 * What is known of a next hop.
 *
 * @param hop its settings
 * @param verbatim whether clients are told its replies word for word
 * @param limit how many recipients of a message it takes
 * @param offers what it does for those who ask it to
 */
record HopFacts(NextHop hop, boolean verbatim, HopRecipientLimit limit, HopOffers offers) {}
