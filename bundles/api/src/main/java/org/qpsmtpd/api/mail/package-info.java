/**
 * Mail as plugins see it: addresses, the transaction with its recipients, header fields and body.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.mail;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
