package org.qpsmtpd.plugin.virus.icap;

/**
 * What the server says of a message.
 *
 * @param threat name of a virus; empty without
 * @param isModified whether the server would change the message, without saying why
 * @param tag the state of the service and its signatures; empty when the server does not say
 */
record IcapAnswer(String threat, boolean isModified, String tag) {}
