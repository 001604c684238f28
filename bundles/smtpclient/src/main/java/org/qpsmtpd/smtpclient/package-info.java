/** A client of SMTP and LMTP, for plugins that hand messages on. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.smtpclient;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
