package org.qpsmtpd.api.service;

/**
 * An SRV record (RFC 2782).
 *
 * @param priority 0 to 65535, lower is tried first
 * @param weight share among those of one priority, 0 to 65535
 * @param port 0 to 65535
 * @param host lower-case host name; empty when the service is decidedly not there
 */
public record ServiceLocation(int priority, int weight, int port, String host) {}
