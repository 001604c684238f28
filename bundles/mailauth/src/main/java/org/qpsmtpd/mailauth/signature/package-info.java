/**
 * What the signatures of DKIM and ARC have in common: canonical forms, hashes, keys and their
 * records.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.signature;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
