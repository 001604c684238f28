package org.qpsmtpd.api.session;

/**
 * What the packets of a client say of its machine. Texts are printable ASCII, empty when not known.
 *
 * @param genre operating system, its name and what is known of its version: {@code Windows 7 or 8}
 * @param link how the client is connected, as {@code Ethernet or modem} or {@code DSL}
 * @param distance how many routers are between, 0 to 32767; -1 when not known
 * @param uptimeMinutes for how long the machine has been up; 0 when not known
 */
public record Fingerprint(String genre, String link, int distance, long uptimeMinutes) {}
