/** The plugin loadcheck. */
@NullMarked
package org.qpsmtpd.plugin.loadcheck;

import org.jspecify.annotations.NullMarked;
