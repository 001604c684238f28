/**
 * Who wrote a message: the addresses of its field From. {@link org.qpsmtpd.mailauth.author.Authors}
 * is where to begin.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.author;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
