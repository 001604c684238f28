/**
 * Asks the DNS by the resolver of the mail server qpsmtpd; who uses the library alone needs none.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
