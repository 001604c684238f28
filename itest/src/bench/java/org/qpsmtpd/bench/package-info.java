/**
 * The benchmark: drives our server, Debian's qpsmtpd-prefork, Postfix's smtpd and smtp-sink with
 * the same work on loopback, round-robin, and prints what each did and what it cost.
 *
 * <p>It reports and never judges: no figure makes it fail. It uses the JDK alone, so that {@code
 * itest/bench} can compile it without a build tool.
 */
package org.qpsmtpd.bench;
