/**
 * Finds out whose mail it is. This package holds what all methods share: how they ask the DNS, and
 * how they read domains. It knows neither the server nor OSGi.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
