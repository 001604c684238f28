/** Questions and answers: their octets, and what they are to a plugin. Knows no network. */
@NullMarked
package org.qpsmtpd.dns.message;

import org.jspecify.annotations.NullMarked;
