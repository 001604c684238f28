/** A resolver for each server, and what an administrator is told of it. */
@NullMarked
package org.qpsmtpd.dns.component;

import org.jspecify.annotations.NullMarked;
