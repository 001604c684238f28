/**
 * DMARC (RFC 9989): whether a message comes from the domain that its author names, and what that
 * domain asks to be done with one that does not. {@link org.qpsmtpd.mailauth.dmarc.DmarcChecker} is
 * where to begin.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.dmarc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
