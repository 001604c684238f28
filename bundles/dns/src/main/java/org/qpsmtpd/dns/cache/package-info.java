/** What has been answered, for as long as it may be kept. */
@NullMarked
package org.qpsmtpd.dns.cache;

import org.jspecify.annotations.NullMarked;
