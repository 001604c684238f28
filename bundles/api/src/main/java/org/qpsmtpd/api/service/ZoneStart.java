package org.qpsmtpd.api.service;

/**
 * A SOA record.
 *
 * @param primary lower-case name of the server where the zone is changed
 * @param mailbox whom to write to, as a name: the first label is the local part
 * @param serial number of the zone's version, 0 to 4294967295
 * @param minimum how long a negative answer may be kept, in seconds
 */
public record ZoneStart(String primary, String mailbox, long serial, long minimum) {}
