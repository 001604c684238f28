/** The name servers that are asked: which there are, how well each does, and who is next. */
@NullMarked
package org.qpsmtpd.dns.upstream;

import org.jspecify.annotations.NullMarked;
