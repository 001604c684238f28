/**
 * Authentication of clients, by SASL (RFC 4422) as AUTH carries it (RFC 4954): what a client claims
 * and proves, the keys and tokens that plugins know, and the mechanisms that they may bring. The
 * hooks that use it are in {@code org.qpsmtpd.api.hook}.
 */
@Export
@Version("1.1.0")
@NullMarked
package org.qpsmtpd.api.auth;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
