/** Takes messages apart by mime4j. */
@NullMarked
package org.qpsmtpd.mime;

import org.jspecify.annotations.NullMarked;
