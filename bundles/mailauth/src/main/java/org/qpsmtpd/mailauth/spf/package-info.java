/**
 * SPF (RFC 7208): whether a client may send for a domain. {@link
 * org.qpsmtpd.mailauth.spf.SpfChecker} is where to begin.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.spf;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
