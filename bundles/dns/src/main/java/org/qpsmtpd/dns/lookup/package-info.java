/** Look-ups of a server: joined, kept within their shares, and followed to the end of aliases. */
@NullMarked
package org.qpsmtpd.dns.lookup;

import org.jspecify.annotations.NullMarked;
